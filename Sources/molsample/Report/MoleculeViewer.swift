import Energies
import Foundation
import MolFlow

/// Some configurations of a molecule as a canvas that can be turned, with a slider through them; no library, no network.
struct MoleculeViewer {
  let molecule: Molecule
  let frames: Configurations

  func html() -> String {
    let x = aligned()
    let elements = molecule.atoms.map { $0.element?.symbol ?? "X" }
    // In pm about the middle of the first frame: whole numbers keep the page small.
    var middle = SIMD3<Double>.zero
    for atom in 0..<molecule.atomCount {
      middle += x.position(sample: 0, atom: atom) / Double(molecule.atomCount)
    }
    let coordinates = (0..<x.count).map { sample in
      "["
        + (0..<molecule.atomCount).map { atom in
          let p = (x.position(sample: sample, atom: atom) - middle) * 1000
          return "\(Int(p.x.rounded())),\(Int(p.y.rounded())),\(Int(p.z.rounded()))"
        }.joined(separator: ",") + "]"
    }
    return """
      <canvas id="molecule" aria-label="The molecule in three dimensions"></canvas>
      <p><label>sample <input id="frame" type="range" min="0" max="\(x.count - 1)" value="0"></label></p>
      <script>
      (()=>{const E=[\(elements.map { "'\($0)'" }.joined(separator: ","))];
      const B=[\(molecule.bonds.map { "[\($0.first),\($0.second)]" }.joined(separator: ","))];
      const F=[\(coordinates.joined(separator: ",\n"))];
      \(Self.script)})();
      </script>
      """
  }

  /// All frames in the frame of the first three atoms of the z-matrix, so that the eye can compare them.
  private func aligned() -> Configurations {
    guard let coordinates = try? InternalCoordinates(molecule) else { return frames }
    let placed = coordinates.forwardAndLogDet(coordinates.inverseAndLogDet(frames).value).value
    // A straight angle has no torsion, and leaves no place for the next atom.
    return placed.coordinates.allSatisfy(\.isFinite) ? placed : frames
  }

  private static let script = """
    const c=document.getElementById('molecule'),g=c.getContext('2d'),s=document.getElementById('frame');
    const color={H:'#d8dbe2',C:'#6b7280',N:'#3b6fd6',O:'#d64541',S:'#d6a93b'},size={H:55,C:85,N:80,O:78,S:100};
    let a=.5,b=.3,drag=null;
    let far=1;for(const f of F)for(let i=0;i<f.length;i+=3)far=Math.max(far,Math.hypot(f[i],f[i+1],f[i+2]));
    function draw(){
      const r=devicePixelRatio||1,w=c.clientWidth,h=c.clientHeight;c.width=w*r;c.height=h*r;g.setTransform(r,0,0,r,0,0);
      const f=F[s.value],k=.42*Math.min(w,h)/(far+60),ca=Math.cos(a),sa=Math.sin(a),cb=Math.cos(b),sb=Math.sin(b);
      const p=E.map((e,i)=>{const x=f[3*i],y=f[3*i+1],z=f[3*i+2],u=ca*x+sa*z,v=-sa*x+ca*z,t=cb*y-sb*v,d=sb*y+cb*v,
        q=k*(1+d/(6*far));return{x:w/2+u*q,y:h/2-t*q,d,q,e}});
      const items=B.map(([i,j])=>({d:(p[i].d+p[j].d)/2-1,i,j})).concat(p.map(n=>({d:n.d,n})));
      items.sort((m,n)=>m.d-n.d);
      for(const m of items){
        if(m.n){const n=m.n,z=(size[n.e]||85)*.42*n.q;g.beginPath();g.arc(n.x,n.y,z,0,7);
          g.fillStyle=color[n.e]||'#a06bd6';g.fill();g.lineWidth=1;g.strokeStyle='rgba(0,0,0,.45)';g.stroke()}
        else{const i=p[m.i],j=p[m.j];g.beginPath();g.moveTo(i.x,i.y);g.lineTo(j.x,j.y);g.lineWidth=20*(i.q+j.q)/2+1;
          g.strokeStyle='#9aa1ad';g.stroke()}}}
    c.onpointerdown=e=>{drag=[e.clientX,e.clientY];c.setPointerCapture(e.pointerId)};
    c.onpointermove=e=>{if(!drag)return;a+=(e.clientX-drag[0])*.01;b+=(e.clientY-drag[1])*.01;drag=[e.clientX,e.clientY];draw()};
    c.onpointerup=c.onpointercancel=()=>drag=null;s.oninput=draw;addEventListener('resize',draw);draw();
    """
}
